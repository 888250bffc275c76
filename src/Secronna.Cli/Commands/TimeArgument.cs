using Secronna.Cli.Errors;
using Secronna.Protocol;

namespace Secronna.Cli.Commands;

/// <summary>Parses the times of a command line.</summary>
internal static class TimeArgument
{
    /// <summary>Parses a time of RFC 3339.</summary>
    /// <exception cref="UsageException">The text is not such a time.</exception>
    public static Instant Parse(string text) => Instant.TryParse(text, out var instant)
        ? instant
        : throw new UsageException("a time must be written as in RFC 3339, with its time zone, for example 2026-01-31T09:00:00Z");

    /// <summary>Parses a time that may be missing.</summary>
    /// <exception cref="UsageException">The text is not a time of RFC 3339.</exception>
    public static Instant? ParseOptional(string? text) => text is null ? null : Parse(text);
}
