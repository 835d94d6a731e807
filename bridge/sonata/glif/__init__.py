"""Files of GLIF cell models: NEST's and the Allen Institute's form."""
