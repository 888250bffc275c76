using Secronna.Crypto.Trail;
using Secronna.Storage.Engine;

namespace Secronna.Server.Trail;

/// <summary>An entry that a request records. A copy that is made by <c>with</c> is one too.</summary>
internal sealed record RequestEntry : TrailEntry
{
    /// <summary>Learns the entry's sequence number; <c>null</c> if the request is not told. It is no part of what is recorded.</summary>
    public TrailReceipt? Receipt { get; init; }
}
