"""Speed, as ratios: each benchmark runs this project and a peer side by side in one run (``make bench``)."""
