"""The Rasa project: config, domain, rules, examples; and the one module, `engine`, through which the rest asks it.

Importing this package puts the stand-in for TensorFlow in place before anything of Rasa's is imported.
"""

from bot.assistant import tensorflow_stand_in

tensorflow_stand_in.install()
