#version 330
in vec3 pos, nor, rest, col; flat in float mat; in vec4 lp, spx; in vec2 gar;
uniform vec3 top_col, bot_col;
uniform vec3 eye, key_dir, key_col, sky_col, gnd_col, fill_dir, fill_col, irisL, irisR, iris_col, gaze;
uniform float exposure, seed; uniform int floor_kind, wall_kind; uniform vec3 floor_b, wall_b;
uniform sampler2D glass; uniform sampler2DShadow shm; uniform sampler2DShadow skm;
out vec4 o;
float h(vec3 p){ p=fract(p*vec3(.1031,.1030,.0973)+seed*.013); p+=dot(p,p.yxz+33.33); return fract((p.x+p.y)*p.z);} 
float n3(vec3 p){ vec3 i=floor(p), f=fract(p); f=f*f*(3-2*f);
 return mix(mix(mix(h(i),h(i+vec3(1,0,0)),f.x),mix(h(i+vec3(0,1,0)),h(i+vec3(1,1,0)),f.x),f.y),
  mix(mix(h(i+vec3(0,0,1)),h(i+vec3(1,0,1)),f.x),mix(h(i+vec3(0,1,1)),h(i+vec3(1,1,1)),f.x),f.y),f.z);} 
float pcf(sampler2DShadow s, vec4 q, float r, float bias, int n){
 vec3 p=q.xyz/q.w*.5+.5; if(p.x<0||p.y<0||p.x>1||p.y>1||p.z>1) return 1.;
 float a=0; float rr=6.2831*h(vec3(gl_FragCoord.xy,seed));
 for(int i=0;i<n;i++){ float t=rr+float(i)*2.39996; float d=r*sqrt((float(i)+.5)/float(n)); a+=texture(s, vec3(p.xy+d*vec2(cos(t),sin(t)), p.z-bias)); }
 return a/float(n);} 
void main(){
 if(int(mat+.5)==11){ vec2 at=gl_FragCoord.xy/vec2(textureSize(glass,0)); o=vec4(texture(glass,at).rgb*.92+.02,1); return; }
 vec3 N=normalize(nor), V=normalize(eye-pos); if(!gl_FrontFacing && mat>3.5) N=-N; 
 vec3 c=col; float sp=.04, gl=20.; int m=int(mat+.5);
 if(m==0){ float hem=1.; if(gar.x>0.){ c=top_col; m=1; hem=smoothstep(0.,.004,gar.x)*(1.-.25*(1.-step(.001,abs(gar.x-.014)))); } else if(gar.y>0.){ c=bot_col; m=1; hem=smoothstep(0.,.004,gar.y);} if(m==1) c*=.7+.3*hem; }
 if(m==0){ float n=n3(rest*90.)*.6+n3(rest*260.)*.4; c*=.93+.14*n; c=mix(c,c*vec3(1.06,.93,.9),n3(rest*14.)*.5); sp=.10; gl=18.;}
 else if(m==1){ float w=n3(rest*vec3(22,9,22)); float w2=n3(rest*vec3(55,22,55)+7.); c*=.80+.22*w+.14*w2; 
   vec3 g=vec3(n3(rest*30.+vec3(.1,0,0))-n3(rest*30.-vec3(.1,0,0)), n3(rest*30.+vec3(0,.1,0))-n3(rest*30.-vec3(0,.1,0)), n3(rest*30.+vec3(0,0,.1))-n3(rest*30.-vec3(0,0,.1))); N=normalize(N+g*.5); sp=.02; gl=6.;}
 else if(m==2){ sp=.05; }
 else if(m==3){ float d=min(length(rest-irisL),length(rest-irisR)); c=mix(c,iris_col,1.-smoothstep(.0058,.0068,d)); c=mix(c,vec3(.02),1.-smoothstep(.0024,.0030,d)); sp=.3; gl=60.;}
 else if(m==4){ float s=n3(rest*vec3(420,60,420)); c*=.55+.75*s; sp=.10; gl=14.;}
 else if(m==6){ // floor
   if(floor_kind==0){ float pl=floor(pos.x/.14); float g=n3(vec3(pos.x*30.,pl*7.,pos.z*2.5)); c=mix(c,floor_b,.25+.6*g); c*=.9+.2*h(vec3(pl,floor(pos.z/1.1+pl*.37),3.)); float e=abs(fract(pos.x/.14)-.5); c*=1.-.35*smoothstep(.485,.5,e); }
   else if(floor_kind==1){ c=mix(c,floor_b,n3(pos*40.)*.6+n3(pos*150.)*.4); }
   else { vec2 q=abs(fract(pos.xz/.5)-.5); c=mix(c,floor_b,n3(pos*9.)*.5); c*=1.-.45*smoothstep(.488,.498,max(q.x,q.y)); }
   sp=.03; }
 else if(m==7){ // wall
   if(wall_kind==1){ float b=mod(floor(pos.y/.075),2.)*.5; vec2 q=vec2(fract((pos.x+pos.z)/.22+b),fract(pos.y/.075)); float mo=max(step(q.x,.035),step(q.y,.09)); c=mix(c*(.85+.3*h(vec3(floor((pos.x+pos.z)/.22+b),floor(pos.y/.075),1.))),wall_b,mo);} 
   else if(wall_kind==2){ c=mix(c,wall_b,step(pos.y,1.0)); c*=1.-.4*(1.-smoothstep(.0,.012,abs(pos.y-1.0))); }
   c*=.94+.12*n3(pos*3.); sp=.0; }
 else if(m==8){ c*=.9+.2*n3(pos*60.); sp=.06; gl=25.; } // vinyl
 else if(m==9){ sp=.6; gl=40.; } // steel
 else if(m==10){ c*=.92+.16*n3(pos*200.); sp=.02; }
 float nl=dot(N,key_dir);
 float sh=nl>0.? pcf(shm,lp,.0022,.0022,5):0.;
 float ao=pcf(skm,spx,.030,.006,6); 
 float up=N.y*.5+.5;
 float aom=mix(.45,1.,ao);
 float wrap=m==0||m==3?.18:0.;
 vec3 L=key_col*max((nl+wrap)/(1.+wrap),0.)*mix(wrap>0.?.08:0.,1.,sh);
 L+=fill_col*max(dot(N,fill_dir),0.)*mix(.75,1.,ao);
 L+=mix(gnd_col,sky_col,up)*aom;
 if(m==0) L+=vec3(.10,.02,.01)*pow(1.-abs(nl),3.)*sh;
 vec3 H=normalize(key_dir+V); float fr=pow(1.-max(dot(N,V),0.),4.);
 vec3 r=c*L+ sp*key_col*pow(max(dot(N,H),0.),gl)*sh + sp*.5*sky_col*fr*aom;
 r*=exposure; r=r/(1.+r*.22); r=pow(max(r,0.),vec3(1./2.2));
 o=vec4(r,1);
}
