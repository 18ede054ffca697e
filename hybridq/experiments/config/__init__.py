"""From YAML to planned trials: sections, sweeps, mistakes with their places, the JSON Schema."""
