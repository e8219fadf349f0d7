"""The hot-path benchmark: what a request costs on Restive and on its peers. See README.md."""
