//! Tests of the whole core.
