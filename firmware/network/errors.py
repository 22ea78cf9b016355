"""What can go wrong with the network, named by what the caller should do about it."""


class NetworkError(Exception):
    """Base of this page. The text is one sentence for the owner of the box."""


class MissingRights(NetworkError):
    """The kernel refuses for want of a right: tell the owner, do without, do not retry."""


class RouteRefused(NetworkError):
    """The kernel refuses a route or rule for another reason, such as a device that has just gone: the next change of the link tries again."""


class UplinkNotReady(NetworkError):
    """The uplink has no address of the family the target needs, or has lost it: wait for its link to change."""


class NoAnswer(NetworkError):
    """The target was asked and did not answer in time, or the way there is closed: count a failed probe."""


class PortalInTheWay(NetworkError):
    """Somebody else answered in the target's place: this is not the internet until a person signs in. `location` is where, or empty."""

    def __init__(self, sentence: str, location: str = "") -> None:
        super().__init__(sentence)
        self.location = location
