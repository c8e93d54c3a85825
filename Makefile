# The two words people type; everything else is `cargo xtask`.
.PHONY: test ci

# Installs what the tests need and runs all of them; the last line counts them.
test:
	@cargo xtask test

# What must hold before anything lands.
ci:
	@bash .ci/run
