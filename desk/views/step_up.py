"""Before something large: has this person proved again, just now, that it is them?"""

from accounts.views.sign_in.again import ask_again
from accounts.views.sign_in.proof import proved_recently

__all__ = ["ask_again", "proved_recently"]
