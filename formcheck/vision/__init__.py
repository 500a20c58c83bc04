"""Vision: all that looks at pixels.

`landmarker` runs the pose model, the only place that imports MediaPipe (`mediapipe_guard` keeps it quiet and
offline), with the model files that `models` fetches and `model_bundle` puts together. `people` and
`person_tracker` say who of several is meant, `masking` hides the others. `silhouette`, `barbell` and
`rear_legs` see what landmarks do not tell; `camera_watch` watches the `background` for a camera that moves
and, by `roll`, for one that is held askew.

In: frames. Out: a `Pose` a frame, with its optional arrays filled.
May import: `poses`, `video`, `files`, `errors`. OpenCV is imported here and where pictures are drawn or
shown.
"""
