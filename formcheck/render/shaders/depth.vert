#version 330
in vec3 in_pos; uniform mat4 VP; void main(){gl_Position=VP*vec4(in_pos,1);}
