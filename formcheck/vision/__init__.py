"""Vision: all work on pixels.

`landmarker` runs the pose model, the only place that imports MediaPipe (`mediapipe_guard` keeps it quiet and
offline), with the model files that `models` fetches and `model_bundle` puts together. `people` and
`person_tracker` find the right person among several, `masking` hides the others and a plate that `plate`
found before the hips. `plate_pair` finds both plates of a bar that is seen obliquely; `plates` keeps together
what is known of them. `silhouette`, `barbell`, `far_plate`, `shin`, `rear_legs` and `head_end` read what
landmarks do not show. `camera_watch` observes the `background` for a camera that moves and, with `roll`, for
one that is not level.

In: frames. Out: a `Pose` per frame, with its optional arrays filled.
May import: `poses`, `video`, `files`, `errors`. OpenCV is imported here and where pictures are drawn or
shown.
"""
