"""Poses: where 33 landmarks are, picture by picture, and what follows from them alone.

`pose` is one person in one picture, `track` a whole clip of them, which can be saved and read back; `journal`
writes a track while it grows. `smoothing` takes the jitter out, `gaps` says where nobody was seen,
`stillness` whether somebody rests. `viewpoint` works out from where the camera looks, `guesses`
whether the legs are seen at all; `camera_motion` and `levelling` take
out that it moved or was held askew. `geometry` is plain arithmetic on points and angles.

In: landmarks, from the pose model or from a file. Out: tracks, smoothed and levelled, and the camera's place.
May import: `files`, `errors`. It never looks at a picture.
"""
