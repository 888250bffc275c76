using Secronna.Crypto.Trail;

namespace Secronna.Server.Trail;

/// <summary>
/// The database lacks entries that this node has seen a signed checkpoint of, or has others in their place. A server must not go on
/// with such a database: it would sign a second history under the same name (S33).
/// </summary>
internal sealed class TrailBehindException(Checkpoint known, string found) : Exception(
    $"the audit trail {known.Origin} {found}, but this node has seen its checkpoint of {known.Size} entries: the database was restored or "
    + "exchanged, or lost commits in a failover. If that was wanted, run secronna-server restored; otherwise give the right database back");
