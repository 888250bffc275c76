using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Secronna.Cli.Errors;
using Secronna.Client;
using Secronna.Crypto.Trail;
using Secronna.Protocol;

namespace Secronna.Cli.Trail;

/// <summary>The entries of one request, each proven to be in the tree of a verified checkpoint.</summary>
/// <param name="client">The server.</param>
/// <param name="requestId">The request's id, which holds the time when the request came.</param>
internal sealed class RequestReceipt(SecronnaClient client, string requestId)
{
    // An entry is recorded after its request came. The clocks of nodes and database may differ, and a request may take long.
    private static readonly (TimeSpan Before, TimeSpan After)[] Searches =
        [(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5)), (TimeSpan.FromHours(1), TimeSpan.FromHours(1))];

    /// <summary>Finds the entries, newest first, and verifies their proofs.</summary>
    /// <exception cref="CliException">NOT_FOUND: the trail has no entry of this request.</exception>
    /// <exception cref="TrailMismatchException">A proof is wrong, or proves another entry than the server lists.</exception>
    public async IAsyncEnumerable<ReceiptEntry> ReadAsync(
        Checkpoint checkpoint, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var listed in await FindAsync(cancellation).ConfigureAwait(false))
        {
            yield return listed.Sequence > checkpoint.Size
                ? ReceiptEntry.Of(listed)
                : ReceiptEntry.Of(await ProveAsync(listed, checkpoint, cancellation).ConfigureAwait(false));
        }
    }

    private async Task<List<AuditResponse>> FindAsync(CancellationToken cancellation)
    {
        var ulid = new byte[Ids.UlidSize];
        Ids.UlidBytes(Ids.Request, requestId, ulid);
        var time = DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(ulid) >> 16));
        foreach (var (before, after) in Searches)
        {
            var filter = new AuditFilter { From = Instant.From(time - before), To = Instant.From(time + after) };
            var found = await client.ListAuditAsync(filter, cancellation).Where(entry => entry.RequestId == requestId)
                .ToListAsync(cancellation).ConfigureAwait(false);
            if (found.Count > 0)
            {
                return found;
            }
        }

        throw new CliException("the trail has no entry of this request", ErrorCodes.NotFound);
    }

    private async Task<RecordedEntry> ProveAsync(AuditResponse listed, Checkpoint checkpoint, CancellationToken cancellation)
    {
        var proven = await new ProvenEntries(new ServerLog(client)).ReadAsync(listed.Sequence, checkpoint, cancellation).ConfigureAwait(false);
        return proven.Entry.RequestId == requestId
            ? proven
            : throw new TrailMismatchException($"entry {listed.Sequence} is proven, but it is of another request than the server says");
    }
}
