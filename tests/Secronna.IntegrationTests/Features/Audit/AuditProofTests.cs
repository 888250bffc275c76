using System.Security.Cryptography;
using System.Text.Json;
using Secronna.Crypto.Trail;
using Secronna.IntegrationTests.Engines;
using Xunit;

namespace Secronna.IntegrationTests.Features.Audit;

/// <summary>Checkpoints, tiles, bundles and proofs as a verifier gets them, which trusts nothing but a public key (S33).</summary>
[DependsOnTransactions]
public sealed class AuditProofTests(SharedServer shared)
{
    [Fact]
    public async Task The_latest_checkpoint_covers_all_entries_within_seconds_and_is_signed_by_the_key_that_is_listed()
    {
        var workspace = await NewWorkspaceAsync(entries: 3);
        var checkpoint = await CheckpointAsync(workspace);

        Assert.Matches($"^secronna/ins_[0-9a-z]{{26}}/{workspace.Id}/1$", checkpoint.Origin.ToString());
        var keys = (await workspace.Api.GetAsync("/audit/keys")).Is(200).Data;
        Assert.Equal("origin,keys", keys.Names());
        Assert.Equal(checkpoint.Origin.ToString(), keys.Text("origin"));
        var key = Assert.Single(keys.GetProperty("keys").EnumerateArray());
        Assert.Equal("key,createdAt,retiredAt", key.Names());
        Assert.True(key.IsNull("retiredAt"));
    }

    [Fact]
    public async Task A_workspace_without_entries_has_a_checkpoint_of_the_empty_tree()
    {
        var server = await shared.GetAsync();
        var workspace = await NewWorkspaceAsync(entries: 0);
        // The key of the workspace was recorded in it. So the one without any entry is another workspace, seen by a token.
        var id = "acc_" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        await server.AllowAsync(id);
        var empty = Callers.WithToken(new Workspace(server, id, "", workspace.Token), "member");

        var checkpoint = await CheckpointAsync(empty);
        Assert.Equal((0L, TreeHash.EmptyRoot), (checkpoint.Size, checkpoint.Root));
        Assert.Equal(checkpoint, await CheckpointAsync(empty));
        (await empty.GetAsync("/audit/tile/0/000.p/1")).IsError(404, "NOT_FOUND");
    }

    [Fact]
    public async Task Entries_and_their_proofs_lead_to_the_checkpoint()
    {
        var workspace = await NewWorkspaceAsync(entries: 300);
        var checkpoint = await CoveringAsync(workspace);
        Assert.True(checkpoint.Size > 300);

        var builder = new TreeBuilder();
        for (long index = 0; index * 256 < checkpoint.Size; index++)
        {
            var tile = TilePosition.In(checkpoint.Size, 0, index);
            var bundle = await FileAsync(workspace, TilePath.FormatEntries(tile));
            var hashes = new byte[tile.Size];
            Assert.True(EntryBundle.TryHash(bundle.Body, hashes));
            Assert.Equal("no-store", bundle.Header("Cache-Control"));
            Assert.Null(bundle.Header("ETag"));
            Assert.Equal(hashes, (await FileAsync(workspace, TilePath.Format(tile))).Body);
            builder.Append(hashes);
        }

        Assert.Equal(checkpoint.Root, builder.Root());
        foreach (var sequence in new[] { 1, 2, 256, 257, checkpoint.Size })
        {
            var proof = (await workspace.Api.GetAsync($"/audit/{sequence}/proof?size={checkpoint.Size}")).Is(200).Data;
            Assert.Equal("epoch,entry,leafHash,index,size,hashes", proof.Names());
            Assert.True(Inclusion(proof).Proves(TreeHasher.HashLeaf(Convert.FromHexString(proof.Text("entry"))), checkpoint.Root));
            Assert.Equal(
                (1L, sequence - 1, checkpoint.Size), ((long)proof.Number("epoch"), (long)proof.Number("index"), (long)proof.Number("size")));
        }
    }

    [Fact]
    public async Task A_later_checkpoint_extends_an_earlier_one_by_tiles_alone()
    {
        var workspace = await NewWorkspaceAsync(entries: 250);
        var earlier = await CoveringAsync(workspace);
        await AddEntriesAsync(workspace, 300);
        var later = await CoveringAsync(workspace);
        Assert.True(later.Size >= earlier.Size + 300);

        var tiles = new Dictionary<TilePosition, ReadOnlyMemory<byte>>();
        foreach (var tile in ConsistencyProof.TilesFor(earlier.Size, later.Size))
        {
            tiles[tile] = (await FileAsync(workspace, TilePath.Format(tile))).Body;
        }

        Assert.True(ConsistencyProof.Make(earlier.Size, later.Size, tile => tiles[tile]).Proves(earlier.Root, later.Root));
        // A proof in the earlier tree is given too.
        var proof = Inclusion((await workspace.Api.GetAsync($"/audit/3/proof?size={earlier.Size}")).Is(200).Data);
        Assert.Equal(earlier.Size, proof.Size);
    }

    [Fact]
    public async Task A_tile_has_a_strong_tag_and_is_not_sent_again_to_who_has_it()
    {
        var workspace = await NewWorkspaceAsync(entries: 3);
        await CoveringAsync(workspace);
        var tile = await FileAsync(workspace, "tile/0/000.p/2");
        Assert.Equal("no-cache, private", tile.Header("Cache-Control"));
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(tile.Body))}\"", tile.Header("ETag"));

        foreach (var known in new[] { tile.Header("ETag")!, "\"x\", " + tile.Header("ETag"), "*" })
        {
            (await workspace.Api.SendAsync("GET", "/audit/tile/0/000.p/2", null, ("If-None-Match", known))).Is(304);
        }

        (await workspace.Api.SendAsync("GET", "/audit/tile/0/000.p/2", null, ("If-None-Match", "\"x\""))).Is(200);
        // A tag gives nothing to who may not read the trail.
        (await workspace.Server.Anyone.SendAsync("GET", "/audit/tile/0/000.p/2", null, ("If-None-Match", "*"))).IsError(401, "AUTH_REQUIRED");
    }

    [Fact]
    public async Task What_no_checkpoint_covers_yet_is_not_found_and_may_be_asked_for_again()
    {
        var workspace = await NewWorkspaceAsync(entries: 3);
        await CoveringAsync(workspace);
        foreach (var path in new[] { "/audit/tile/0/000", "/audit/tile/0/000.p/200", "/audit/tile/entries/000", "/audit/tile/1/000.p/1", "/audit/1000000/proof", "/audit/1/proof?size=1000000" })
        {
            Assert.Equal("1", (await workspace.Api.GetAsync(path)).IsError(404, "NOT_FOUND").Header("Retry-After"));
        }

        foreach (var path in new[] { "/audit/tile/0/0", "/audit/tile/8/000", "/audit/tile/x", "/audit/tile/0/000.p/0", "/audit/tile/0/000.p/256", "/audit/tile/entries/x000/000", "/audit/tile/", "/audit/x/proof", "/audit/0/proof", "/audit/-1/proof" })
        {
            Assert.Null((await workspace.Api.GetAsync(path)).IsError(404, "NOT_FOUND").Header("Retry-After"));
        }

        (await workspace.Api.GetAsync("/audit/2/proof?size=1")).IsInvalid("size");
        (await workspace.Api.GetAsync("/audit/2/proof?size=x")).IsInvalid("size");
        (await workspace.Api.GetAsync("/audit/checkpoint?size=1")).IsInvalid("size");
    }

    [Fact]
    public async Task Another_workspace_has_another_log_and_a_key_that_may_not_read_the_trail_gets_nothing()
    {
        var workspace = await NewWorkspaceAsync(entries: 3);
        await CoveringAsync(workspace);
        var access = workspace.Server.With((await workspace.NewAccessKeyAsync()).Text("token"));
        foreach (var path in new[] { "/audit/checkpoint", "/audit/keys", "/audit/tile/0/000.p/1", "/audit/tile/x", "/audit/1/proof", "/audit/x/proof" })
        {
            Assert.Equal((await access.GetAsync("/audit")).StatusAndBody, (await access.GetAsync(path)).IsError(403, "FORBIDDEN").StatusAndBody);
        }
    }

    [Fact]
    public async Task The_log_key_is_made_with_the_installation_and_stays_when_the_server_starts_again()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(1, server.Count("SELECT count(*) FROM log_keys"));
        var workspace = await server.NewWorkspaceAsync();
        var before = await CoveringAsync(workspace);
        var keys = (await workspace.Api.GetAsync("/audit/keys")).Is(200).Data.GetRawText();
        await server.RestartAsync();

        Assert.Equal(keys, (await workspace.Api.GetAsync("/audit/keys")).Is(200).Data.GetRawText());
        Assert.Equal(before, await CheckpointAsync(workspace.Api));
    }

    private async Task<Workspace> NewWorkspaceAsync(int entries)
    {
        var workspace = await shared.NewWorkspaceAsync();
        await AddEntriesAsync(workspace, entries);
        return workspace;
    }

    private static async Task AddEntriesAsync(Workspace workspace, int entries)
    {
        if (entries == 0)
        {
            return;
        }

        var environment = await workspace.NewTestEnvironmentAsync(
            "P" + RandomNumberGenerator.GetHexString(8), "E" + RandomNumberGenerator.GetHexString(8));
        foreach (var batch in Enumerable.Range(0, entries).Chunk(100))
        {
            var secrets = string.Join(',', batch.Select(i => $$"""{"key":"K{{i}}","value":"v"}"""));
            (await workspace.Api.PostAsync($"/environments/{environment.Id}/secrets/batch", $$"""{"secrets":[{{secrets}}]}""")).Is(201);
        }
    }

    // The latest checkpoint once it covers everything that was recorded.
    private static async Task<Checkpoint> CoveringAsync(Workspace workspace)
    {
        var last = (await workspace.AuditAsync())[0].Number("sequence");
        Checkpoint? checkpoint = null;
        await Until.HoldsAsync("a checkpoint covers all entries", async () => (checkpoint = await CheckpointAsync(workspace.Api)).Size >= last);
        return checkpoint!;
    }

    private static async Task<Checkpoint> CheckpointAsync(Workspace workspace) => await CoveringAsync(workspace);

    private static async Task<Checkpoint> CheckpointAsync(ApiClient api)
    {
        var note = (await api.GetAsync("/audit/checkpoint")).Is(200);
        Assert.Equal("text/plain; charset=utf-8", note.Header("Content-Type"));
        var keys = (await api.GetAsync("/audit/keys")).Is(200).Data.GetProperty("keys");
        Assert.True(VerifierKey.TryParse(keys[0].Text("key"), out var key));
        Assert.True(Checkpoint.TryOpen(note.Body, key, out var checkpoint));
        return checkpoint;
    }

    private static async Task<Reply> FileAsync(Workspace workspace, string path)
    {
        var file = (await workspace.Api.GetAsync("/audit/" + path)).Is(200);
        Assert.Equal("application/octet-stream", file.Header("Content-Type"));
        return file;
    }

    private static InclusionProof Inclusion(JsonElement proof) => new(
        proof.Number("index"), proof.Number("size"),
        [.. proof.GetProperty("hashes").EnumerateArray().Select(hash => TreeHash.FromBytes(Convert.FromHexString(hash.GetString()!)))]);
}
