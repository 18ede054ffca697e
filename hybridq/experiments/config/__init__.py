"""From YAML to planned trials: sections, sweeps, mistakes, the JSON Schema."""
