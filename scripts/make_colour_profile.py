"""Make the colour profile that finished papers carry: sRGB, as LittleCMS computes it.

    python scripts/make_colour_profile.py

PDF/A asks every file to say what its colours mean.  The profile is computed from the published
primaries of sRGB (IEC 61966-2-1); its date is set to a fixed day, so that it is the same each time.
"""

from __future__ import annotations

from pathlib import Path

from PIL import ImageCms

TARGET = Path(__file__).parent.parent / "forms_service" / "render" / "colour" / "sRGB.icc"
_DATE = slice(24, 36)
_PROFILE_ID = slice(84, 100)


def main() -> None:
    """Write the profile."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE] = b"".join(part.to_bytes(2, "big") for part in (2026, 1, 1, 0, 0, 0))
    profile[_PROFILE_ID] = bytes(16)
    TARGET.write_bytes(profile)
    print(f"{TARGET.name}: {len(profile)} bytes")


if __name__ == "__main__":
    main()
