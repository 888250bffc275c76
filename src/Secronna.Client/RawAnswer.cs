namespace Secronna.Client;

/// <summary>An answer of the server, unread.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body: the envelope as JSON. It may hold values.</param>
public sealed record RawAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    /// <summary>Whether the status is a success (2xx).</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>Shows the status, never the body.</summary>
    public override string ToString() => $"{nameof(RawAnswer)} {{ {nameof(Status)} = {Status} }}";
}
