namespace Secronna.Server.Access;

/// <summary>Keys that follow each other, by their bytes.</summary>
/// <param name="From">The first that there may be.</param>
/// <param name="Before">What comes after the last.</param>
internal readonly record struct KeyRange(string From, string Before)
{
    // Characters before and after all that keys are made of.
    private const char First = ' ';
    private const char Last = '~';

    /// <summary>Where keys of a pattern are; null is any.</summary>
    public static KeyRange Of(SegmentPattern? key) => key switch
    {
        null => new("", $"{Last}"),
        { IsLiteral: true } => new(key.Prefix, Next(key.Prefix)),
        _ => new(key.Prefix, key.Prefix + Last),
    };

    /// <summary>The first that may come after a key.</summary>
    public static string Next(string key) => key + First;
}
