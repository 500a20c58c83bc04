#version 330
in vec3 in_pos; in vec3 in_nor; in vec3 in_rest; in vec3 in_col; in float in_mat; in vec2 in_gar;
uniform mat4 VP; uniform mat4 LVP; uniform mat4 SVP;
uniform vec4 before = vec4(0,0,0,1); // the plane of a mirror: what is behind it is not in it
out vec3 pos, nor, rest, col; flat out float mat; out vec4 lp, spx; out vec2 gar;
void main(){ gar=in_gar;  pos=in_pos; nor=in_nor; rest=in_rest; col=in_col; mat=in_mat; lp=LVP*vec4(in_pos,1); spx=SVP*vec4(in_pos,1); gl_Position=VP*vec4(in_pos,1); gl_ClipDistance[0]=dot(before,vec4(in_pos,1));}
