# The words people type; everything else is `cargo xtask`.
.PHONY: test test-vm ci

# Installs what the tests need and runs all of them; the last line counts them.
test:
	@cargo xtask test

# Of them, those on real machines.
test-vm:
	@cargo xtask test vm

# What must hold before anything lands.
ci:
	@bash .ci/run
