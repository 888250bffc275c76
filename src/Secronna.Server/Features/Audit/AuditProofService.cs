using System.Globalization;
using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Server.Trail.Tree;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Features.Audit;

/// <summary>Gives what the record of a workspace is proven by (S33): checkpoints, tiles, entries, proofs and public keys.</summary>
internal sealed class AuditProofService(Database database, LogKeys keys, ILogger<AuditProofService> log)
{
    /// <summary>The latest checkpoint, as a signed note.</summary>
    public async Task<string> CheckpointAsync(Caller caller)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        var signer = await UnlessDamagedAsync(caller, keys.SignerAsync);
        return await ReadAsync(caller, (_, tree) => ValueTask.FromResult(tree.NoteBy(signer, caller.WorkspaceId)));
    }

    /// <summary>A tile of hashes.</summary>
    public Task<byte[]> TileAsync(Caller caller, TilePosition tile)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        return ReadAsync(caller, (session, tree) => tile.IsIn(tree.Size)
            ? TileReader.ReadAsync(session, caller.WorkspaceId, tile)
            : throw Errors.NotCoveredYet("tile"));
    }

    /// <summary>A bundle of entries, by its path.</summary>
    public Task<byte[]> BundleAsync(Caller caller, string path)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        if (!TilePath.TryParseEntries(path, out var tile))
        {
            throw Errors.NotFound("tile");
        }

        return ReadAsync(caller, (session, tree) => tile.IsIn(tree.Size)
            ? TileReader.ReadBundleAsync(session, caller.WorkspaceId, tile)
            : throw Errors.NotCoveredYet("tile"));
    }

    /// <summary>The proof that an entry is in the tree.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="number">The entry's sequence number, as the caller wrote it.</param>
    /// <param name="size">The number of entries of the tree; <c>null</c> for the tree of the latest checkpoint.</param>
    public Task<AuditProofResponse> ProofAsync(Caller caller, string number, long? size)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) || sequence == 0)
        {
            throw Errors.NotFound("entry");
        }

        if (size < sequence)
        {
            throw Errors.Invalid("size", "must be at least the entry's sequence number");
        }

        return ReadAsync(caller, async (session, tree) => sequence <= tree.Size && !(size > tree.Size)
            ? Convert(tree, await tree.ProveAsync(session, caller.WorkspaceId, sequence, size ?? tree.Size))
            : throw Errors.NotCoveredYet("proof"));
    }

    /// <summary>The keys that sign the checkpoints.</summary>
    public async Task<AuditKeysResponse> KeysAsync(Caller caller)
    {
        Authorization.Demand(caller, Operations.ReadAuditTrail);
        var identity = await keys.IdentityAsync();
        var (epoch, steps) = await database.ReadAsync(caller.WorkspaceId, static async (session, workspaceId) =>
            (await TrailEpochTable.FindCurrentAsync(session, workspaceId), await LogKeyAnnouncementTable.ListAsync(session, workspaceId)), caller.Aborted);
        var origin = identity.OriginOf(caller.WorkspaceId, epoch.Number).ToString();
        return new AuditKeysResponse(origin, [.. identity.Keys.Where(key => key.ActiveAt is not null).Select(key => Convert(origin, key, steps))]);
    }

    private static AuditKeyResponse Convert(string origin, LogKeyRow key, List<LogKeyAnnouncement> steps) => new(
        new VerifierKey(origin, key.PublicKey).ToString(), new Instant(key.ActiveAt!.Value), key.RetiredAt is { } retired ? new Instant(retired) : null)
    {
        Successor = key.RetiredAt is not null && steps.Find(step => step.KeyNumber == key.Number + 1) is { Note: { } note } next
            ? new AuditKeySuccessor(next.Sequence, note)
            : null,
    };

    private static AuditProofResponse Convert(PublishedTree tree, EntryProof proof) => new(
        tree.Epoch.Number, System.Convert.ToHexStringLower(proof.Entry), proof.LeafHash.ToString(), proof.Inclusion.Index,
        proof.Inclusion.Size, [.. proof.Inclusion.Hashes.Select(hash => hash.ToString())]);

    private Task<T> ReadAsync<T>(Caller caller, Func<Session, PublishedTree, ValueTask<T>> read) =>
        UnlessDamagedAsync(caller, () => database.ReadSnapshotAsync((caller.WorkspaceId, read), static async (session, state) =>
            await PublishedTree.FindAsync(session, state.WorkspaceId) is { IsPublished: true } tree
                ? await state.read(session, tree)
                : throw Errors.NotCoveredYet("checkpoint"), caller.Aborted));

    private async Task<T> UnlessDamagedAsync<T>(Caller caller, Func<ValueTask<T>> read)
    {
        try
        {
            return await read();
        }
        catch (TrailDamagedException exception)
        {
            TrailLog.TrailDamaged(log, caller.WorkspaceId, exception.Message);
            throw Errors.TrailDamaged();
        }
    }
}
