"""Pictures: what was seen, drawn into the clip.

`canvas` draws lines, arcs and texts on an image, `overlays` the skeleton and its labels, `angle_drawing` the
angle that a rule judges. `set_drawing` says how the body of one set is drawn. `stills` takes the pictures
that are worth looking at, `annotated_video` draws on every frame, and `face_blur` makes faces unrecognisable
in both.

In: a clip, and its analysis. Out: JPEG pictures, or a video.
May import: `report`'s own modules and what lies below. In the report, OpenCV is imported here only.
"""
