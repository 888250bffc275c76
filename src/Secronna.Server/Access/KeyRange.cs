namespace Secronna.Server.Access;

/// <summary>A range of keys in the order of their bytes.</summary>
/// <param name="From">The lower bound, which is in the range.</param>
/// <param name="Before">The upper bound, which is not in the range.</param>
internal readonly record struct KeyRange(string From, string Before)
{
    // Characters that come before and after every character that a key may have.
    private const char First = ' ';
    private const char Last = '~';

    /// <summary>The range that holds every key that a pattern matches; <c>null</c> is the pattern that matches all.</summary>
    public static KeyRange Of(SegmentPattern? key) => key switch
    {
        null => new("", $"{Last}"),
        { IsLiteral: true } => new(key.Prefix, FirstAfter(key.Prefix)),
        _ => new(key.Prefix, key.Prefix + Last),
    };

    /// <summary>The lower bound of the keys that come after a key.</summary>
    public static string FirstAfter(string key) => key + First;
}
