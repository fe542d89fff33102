"""The channels of this service, in the order in which they are shown. A new channel is a line
here."""

from service.channels.email.channel import Email
from service.channels.push.channel import Push
from service.channels.rest.channel import Rest
from service.channels.sms.channel import Sms
from service.channels.voice.channel import Voice
from service.channels.web.channel import Site
from service.core import channels

for channel in (Site, Rest, Email, Sms, Voice, Push):
    channels.register(channel())
