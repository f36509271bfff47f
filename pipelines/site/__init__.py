"""The offline site of a publication: pages that leaders and officers open from a folder."""
