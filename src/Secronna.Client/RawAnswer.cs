namespace Secronna.Client;

/// <summary>An answer as it came.</summary>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Body">Its body: the envelope as JSON. It may hold values.</param>
public sealed record RawAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether it did what was asked.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Shows the status alone.</summary>
    public override string ToString() => $"{nameof(RawAnswer)} {{ {nameof(Status)} = {Status} }}";
}
