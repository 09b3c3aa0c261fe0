"""Images and clips, from every source that a command accepts."""

from fpgaflow.data.image_set import ImageSet, check_images, check_labels, make_image_set
from fpgaflow.data.load import load_images
from fpgaflow.data.source import DATA_SPELLINGS, DataSource, Split, parse_data_source

__all__ = [
    "DATA_SPELLINGS",
    "DataSource",
    "ImageSet",
    "Split",
    "check_images",
    "check_labels",
    "load_images",
    "make_image_set",
    "parse_data_source",
]
