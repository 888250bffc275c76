using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary>Times on the command line.</summary>
internal static class Times
{
    /// <summary>Reads RFC 3339 text.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Instant Parse(string text) => Instant.TryParse(text, out var instant)
        ? instant
        : throw new UsageException("a time is written as in RFC 3339, with its zone: 2026-01-31T09:00:00Z");
}
