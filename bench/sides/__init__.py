"""What bench/run is made of: builds, the servers of a run, the cases, and what is made of their figures."""
