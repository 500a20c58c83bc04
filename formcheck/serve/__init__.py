"""A phone as camera, screen and voice: a small server in the house, and the page it gives the phone.

    phone -> POST of a frame -> PhoneFeed -> the live loop -> reply: what to show and to say

`app` answers requests, `access` says whose they are, `room` holds the phones, a `phone` has one `take` at a
time, which is a live session as `formcheck live` runs it.

In: JPEG frames with the times at which they were captured. Out: the state of the screen, sound files,
reports.
May import: `live`, `history`, `api` and what lies below; nothing here judges form. Only this folder knows the
server, certificate and QR code libraries.
"""
