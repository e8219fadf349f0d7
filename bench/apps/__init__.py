"""One app for each peer, all answering alike, each written as its own documentation teaches."""
