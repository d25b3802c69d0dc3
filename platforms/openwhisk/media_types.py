"""Which media types OpenWhisk's controller holds for text, and which for binary: that decides what is base64.

The controller is a Pekko HTTP server, and this is Pekko's registry; it is not what the names suggest. Pure data and
lookups: https://github.com/apache/pekko-http/blob/main/http-core/src/main/scala/org/apache/pekko/http/scaladsl/model/MediaType.scala
"""

from __future__ import annotations

import re
from typing import NamedTuple


class MediaType(NamedTuple):
    """A media type as Pekko tells it from others: with every parameter but charset, which it keeps apart."""

    essence: str
    value: str
    charset: str | None


def parse(content_type: str) -> MediaType | None:
    """Return the media type of a Content-Type; None if there is none, or Pekko would not take it for one."""
    if not (match := _TYPE.match(content_type)):
        return None
    essence, charset, parameters, end = match[0].lower(), None, {}, match.end()
    while match := _PARAMETER.match(content_type, end):
        name, end = match[1], match.end()
        value = re.sub(r"\\(.)", r"\1", match[2][1:-1]) if match[2].startswith('"') else match[2]
        if name.lower() == "charset":
            charset = value
        else:
            parameters[name] = value if re.fullmatch(_NAME, value) else match[2]
    if content_type[end:].strip(" \t"):
        return None
    return MediaType(
        essence, "; ".join([essence, *(f"{key}={parameters[key]}" for key in sorted(parameters))]), charset
    )


def is_text(media_type: MediaType | None) -> bool:
    """Return whether the controller takes and sends it as UTF-8 text; whatever is not text is base64."""
    if media_type is None or media_type.essence in BINARY or media_type.essence.startswith("multipart/"):
        return False
    return media_type.essence in TEXT or media_type.charset is not None


def is_json(media_type: MediaType | None) -> bool:
    """Return whether it is exactly application/json: any parameter but a charset makes it another type."""
    return media_type is not None and media_type.value == "application/json"


def is_json_family(media_type: MediaType | None) -> bool:
    """Return whether the controller treats it as JSON: exactly application/json, or ending in +json."""
    return media_type is not None and (is_json(media_type) or media_type.value.endswith("+json"))


def _names(main_type: str, sub_types: str) -> frozenset[str]:
    return frozenset(f"{main_type}/{sub_type}" for sub_type in sub_types.split())


_NAME = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TYPE = re.compile(f"{_NAME}/{_NAME}")
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*({_NAME})[ \t]*=[ \t]*({_NAME}|"(?:[^"\\]|\\.)*")')

_TEXT_APPLICATION = """
    atom+xml base64 javascript json json-patch+json merge-patch+json problem+json problem+xml rss+xml soap+xml
    vnd.api+json vnd.google-earth.kml+xml x-latex x-vrml x-www-form-urlencoded xhtml+xml xml xml-dtd
"""
_TEXT_TEXT = """
    asp cache-manifest calendar css csv event-stream html markdown mcf plain richtext tab-separated-values uri-list
    vnd.wap.wml vnd.wap.wmlscript x-asm x-c x-component x-h x-java-source x-pascal x-script x-scriptcsh x-scriptelisp
    x-scriptksh x-scriptlisp x-scriptperl x-scriptperl-module x-scriptphyton x-scriptrexx x-scriptscheme x-scriptsh
    x-scripttcl x-scripttcsh x-scriptzsh x-server-parsed-html x-setext x-sgml x-speech x-uuencode x-vcalendar x-vcard
    xml
"""
_BINARY_APPLICATION = """
    cbor gnutar grpc+proto java-archive lha lzx msword octet-stream pdf postscript vnd.google-earth.kmz vnd.ms-excel
    vnd.ms-excel.addin.macroenabled.12 vnd.ms-excel.sheet.binary.macroenabled.12 vnd.ms-excel.sheet.macroenabled.12
    vnd.ms-excel.template.macroenabled.12 vnd.ms-fontobject vnd.ms-powerpoint
    vnd.ms-powerpoint.addin.macroenabled.12 vnd.ms-powerpoint.presentation.macroenabled.12
    vnd.ms-powerpoint.slideshow.macroenabled.12 vnd.ms-word.document.macroenabled.12
    vnd.oasis.opendocument.chart vnd.oasis.opendocument.database vnd.oasis.opendocument.formula
    vnd.oasis.opendocument.graphics vnd.oasis.opendocument.image vnd.oasis.opendocument.presentation
    vnd.oasis.opendocument.spreadsheet vnd.oasis.opendocument.text vnd.oasis.opendocument.text-master
    vnd.oasis.opendocument.text-web
    vnd.openxmlformats-officedocument.presentationml.presentation
    vnd.openxmlformats-officedocument.presentationml.slide
    vnd.openxmlformats-officedocument.presentationml.slideshow
    vnd.openxmlformats-officedocument.presentationml.template
    vnd.openxmlformats-officedocument.spreadsheetml.sheet
    vnd.openxmlformats-officedocument.spreadsheetml.template
    vnd.openxmlformats-officedocument.wordprocessingml.document
    vnd.openxmlformats-officedocument.wordprocessingml.template
    x-7z-compressed x-ace-compressed x-apple-diskimage x-arc-compressed x-bzip x-bzip2 x-chrome-extension x-compress
    x-compressed x-debian-package x-dvi x-font-opentype x-font-truetype x-gtar x-gzip x-rar-compressed
    x-redhat-package-manager x-shockwave-flash x-tar x-tex x-texinfo x-x509-ca-cert x-xpinstall zip
"""

TEXT = _names("application", _TEXT_APPLICATION) | _names("text", _TEXT_TEXT)
BINARY = (
    _names("application", _BINARY_APPLICATION)
    | _names("audio", "aiff basic midi mod mpeg ogg voc vorbis voxware wav webm x-pn-realaudio x-psid xm")
    | _names("font", "woff woff2")
    | _names("image", "gif jpeg pict png svg+xml tiff webp x-icon x-ms-bmp x-pcx x-pict x-quicktime x-rgb x-xbitmap")
    | _names("image", "x-xpixmap")
    | _names("message", "delivery-status http rfc822")
    | _names("video", "avs-video divx gl mp4 mpeg ogg quicktime webm x-dv x-flv x-motion-jpeg x-ms-asf x-msvideo")
    | _names("video", "x-sgi-movie")
)
