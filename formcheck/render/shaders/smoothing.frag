#version 330
in vec2 uv; uniform sampler2D t; uniform vec2 px; out vec4 o;
float l(vec3 c){ return dot(c,vec3(.299,.587,.114)); }
void main(){
 vec3 M=texture(t,uv).rgb; float m=l(M), nw=l(texture(t,uv+vec2(-1,-1)*px).rgb), ne=l(texture(t,uv+vec2(1,-1)*px).rgb), sw=l(texture(t,uv+vec2(-1,1)*px).rgb), se=l(texture(t,uv+vec2(1,1)*px).rgb);
 float lo=min(m,min(min(nw,ne),min(sw,se))), hi=max(m,max(max(nw,ne),max(sw,se)));
 if(hi-lo<max(.04,hi*.08)){ o=vec4(M,1); return; }
 vec2 d=vec2(-((nw+ne)-(sw+se)), (nw+sw)-(ne+se));
 float r=max((nw+ne+sw+se)*.03125,.0078);
 d=clamp(d/(min(abs(d.x),abs(d.y))+r),-6.,6.)*px;
 vec3 A=.5*(texture(t,uv+d*(1./3.-.5)).rgb+texture(t,uv+d*(2./3.-.5)).rgb);
 vec3 B=A*.5+.25*(texture(t,uv-d*.5).rgb+texture(t,uv+d*.5).rgb);
 float b=l(B); o=vec4((b<lo||b>hi)?A:B,1);
}
