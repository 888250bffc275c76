using System.Text.Json.Serialization;
using Secronna.Crypto.Trail;

namespace Secronna.Cli.Trail;

/// <summary>What <c>audit verify</c> found to be right.</summary>
/// <param name="Origin">The log.</param>
/// <param name="From">The size that was verified before.</param>
/// <param name="Size">The size that is verified now.</param>
/// <param name="Entries">The number of entries that were read.</param>
/// <param name="Root">The root of the tree, in hex.</param>
/// <param name="Key">The pinned key.</param>
/// <param name="First">Whether nothing of this log was verified before.</param>
/// <param name="Pinned">Whether the key was pinned just now, because nothing of this server was verified before.</param>
internal sealed record VerifiedTrail(string Origin, long From, long Size, long Entries, string Root, string Key, bool First, bool Pinned)
{
    /// <summary>What was compared with the log; <c>null</c> if only the log was verified.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ComparedVersions? Deep { get; init; }

    /// <summary>The result for a checkpoint, up to which all entries from a size on were read.</summary>
    public static VerifiedTrail Of(Checkpoint latest, long from, PinnedKey pinned) => new(
        latest.Origin.ToString(), from, latest.Size, latest.Size - from, latest.Root.ToString(), pinned.ToString(), First: false, Pinned: false);
}

/// <summary>What the server stores, and was compared with its log.</summary>
/// <param name="Secrets">The number of secrets.</param>
/// <param name="Versions">The number of their versions.</param>
internal sealed record ComparedVersions(long Secrets, long Versions);
