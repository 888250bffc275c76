using System.Text;

namespace Secronna.Crypto.Trail;

/// <summary>Names of keys in notes (C2SP signed-note).</summary>
internal static class NoteName
{
    /// <summary>
    /// True if the name isn't empty and has no space of any kind, no plus, no control character below U+0020 and no lone surrogate.
    /// </summary>
    public static bool IsSound(string name)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            // A lone surrogate comes as the replacement character.
            if (rune.Value is <= ' ' or '+' || rune == Rune.ReplacementChar || Rune.IsWhiteSpace(rune))
            {
                return false;
            }
        }

        return name.Length > 0;
    }
}
