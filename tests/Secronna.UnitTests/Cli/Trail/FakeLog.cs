using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using Secronna.Client;
using Secronna.Crypto.Trail;

namespace Secronna.UnitTests.Cli.Trail;

/// <summary>
/// A log in memory, as a server gives it to verifiers. Its own tree is kept apart from its entries, so that a test can change
/// an entry behind the tree's back.
/// </summary>
internal sealed class FakeLog : HttpMessageHandler
{
    public const string Server = "https://secrets.example";
    public const string Workspace = "acc_1";

    private readonly string workspace;
    private readonly Dictionary<(int Level, long Index), byte[]> tiles = [];
    private readonly TreeBuilder tree;
    private readonly List<(int Epoch, long Sequence)> epochs = [];
    private int inHand;

    public FakeLog(string installation = "ins_1", byte seed = 1, long epoch = 1, string workspace = Workspace)
    {
        this.workspace = workspace;
        Origin = Origin.OfWorkspace(installation, workspace, epoch);
        Key = LogKey.Create([.. Enumerable.Repeat(seed, LogKey.SeedSize)]);
        tree = new TreeBuilder((position, hashes) => tiles[(position.Level, position.Index)] = hashes.ToArray());
    }

    public Origin Origin { get; private set; }

    public LogKey Key { get; set; }

    /// <summary>The canonical bytes of the entries.</summary>
    public List<byte[]> Entries { get; } = [];

    /// <summary>Whether paths of partial tiles are unknown, as after the tile became full.</summary>
    public bool HasOnlyFullTiles { get; set; }

    /// <summary>Answers in place of the log; <c>null</c> lets the log answer.</summary>
    public Func<string, HttpResponseMessage?> Instead { get; set; } = _ => null;

    public List<string> Asked { get; } = [];

    public int MostInHand { get; private set; }

    public static FakeLog With(
        int entries, string installation = "ins_1", byte seed = 1, long epoch = 1, string reason = "why", string workspace = Workspace)
    {
        var log = new FakeLog(installation, seed, epoch, workspace);
        log.Append(entries, reason);
        return log;
    }

    public void Append(int count, string reason = "why") =>
        Append([.. Enumerable.Range(Entries.Count + 1, count).Select(sequence => Entry(sequence, reason))]);

    private void Append(IReadOnlyList<byte[]> entries)
    {
        foreach (var entry in entries)
        {
            Entries.Add(entry);
            tree.Append(TreeHasher.HashLeaf(entry));
        }

        foreach (var position in TilePosition.UnfinishedIn(tree.Size))
        {
            tiles[(position.Level, position.Index)] = tree.UnfinishedTile(position.Level).ToArray();
        }
    }

    public Checkpoint Checkpoint => new(Origin, tree.Size, tree.Root());

    public ReadOnlyMemory<byte> Tile(TilePosition position) => tiles[(position.Level, position.Index)];

    /// <summary>Writes the log to a folder, as an export does.</summary>
    public void WriteTo(string folder)
    {
        foreach (var ((level, index), hashes) in tiles)
        {
            var tile = new TilePosition(level, index, hashes.Length / TreeHash.Size);
            Write(folder, TilePath.Format(tile), hashes);
            if (level == 0)
            {
                Write(folder, TilePath.FormatEntries(tile), Bundle(tile));
            }
        }

        Write(folder, "checkpoint", Encoding.UTF8.GetBytes(Checkpoint.Sign(Key).ToString()));
    }

    /// <summary>Begins an epoch with an entry that names the last checkpoint that is known, and the tree so far.</summary>
    /// <param name="epoch">The epoch's number.</param>
    /// <param name="before">The last known checkpoint; <c>null</c> for the log's own.</param>
    /// <param name="after">The tree that the entry names; <c>null</c> for the right one.</param>
    public void BeginEpoch(int epoch, Checkpoint? before = null, Checkpoint? after = null)
    {
        var details = $$"""{"before":{{TreeOf(before ?? Checkpoint)}},"after":{{TreeOf(after ?? Checkpoint with { Origin = Origin.OfWorkspace(Origin.Installation, workspace, epoch) })}}}""";
        epochs.Add((epoch, Entries.Count + 1));
        Append([Canonical(Entries.Count + 1, new TrailEntry
        {
            WorkspaceId = workspace,
            Id = "aud_00000000000000000000000000",
            ActorType = "operator",
            ActorId = "root",
            Action = "trail.epoch",
            Outcome = "success",
            Reason = "the disk died",
            Epoch = epoch,
            Details = details,
        })]);
        Origin = Origin.OfWorkspace(Origin.Installation, workspace, epoch);
    }

    public string VerifierKey => Key.VerifierKeyFor(Origin).ToString();

    public SecronnaClient Client() => new(new HttpClient(this), new SecronnaClientOptions
    {
        Server = new Uri(Server),
        Token = "st_live_canary",
        Retries = 0,
    });

    public static byte[] Entry(long sequence, string reason) => Canonical(sequence, new TrailEntry
    {
        WorkspaceId = Workspace,
        Id = "aud_00000000000000000000000000",
        ActorType = "api_key",
        ActorId = "key_1",
        Action = "secret.reveal",
        Outcome = "success",
        RequestId = $"req_{sequence:D26}",
        Reason = reason,
    });

    private static byte[] Canonical(long sequence, TrailEntry recorded)
    {
        var entry = TrailEntryFormat.Encode(recorded);
        var canonical = new byte[TrailEntryFormat.CanonicalLength(entry.Length)];
        TrailEntryFormat.WriteCanonical(sequence, 1_000_000 * sequence, entry, canonical);
        return canonical;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.AbsolutePath["/api/v1/audit".Length..].TrimStart('/');
        lock (Asked)
        {
            Asked.Add(path);
            MostInHand = Math.Max(MostInHand, ++inHand);
        }

        await Task.Yield();
        lock (Asked)
        {
            inHand--;
        }

        return Instead(path) ?? Answer(path, request.RequestUri.Query);
    }

    private static void Write(string folder, string name, byte[] bytes)
    {
        var path = Path.Combine([folder, .. name.Split('/')]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }

    private static string TreeOf(Checkpoint tree) => $$"""{"epoch":{{tree.Origin.Epoch}},"size":{{tree.Size}},"root":"{{tree.Root}}"}""";

    private string Listed((int Epoch, long Sequence) began) =>
        $$$"""{"id":"aud_1","sequence":{{{began.Sequence}}},"createdAt":"2026-01-01T00:00:00Z","actorType":"operator","actorId":"root","action":"trail.epoch","outcome":"success","requestId":null,"ip":null,"userAgent":null,"actorName":null,"reason":null,"metadata":{"epoch":{{{began.Epoch}}} } }""";

    private string Proof(long sequence, long size)
    {
        var proof = InclusionProof.Make(sequence - 1, size, tile => tiles[(tile.Level, tile.Index)].AsMemory(0, tile.Size));
        var hashes = string.Join(',', proof.Hashes.Select(hash => $"\"{hash}\""));
        return $$$"""{"epoch":{{{Origin.Epoch}}},"entry":"{{{Convert.ToHexStringLower(Entries[(int)sequence - 1])}}}","leafHash":"{{{TreeHasher.HashLeaf(Entries[(int)sequence - 1])}}}","index":{{{sequence - 1}}},"size":{{{size}}},"hashes":[{{{hashes}}}]}""";
    }

    private HttpResponseMessage Answer(string path, string query)
    {
        if (path.Length == 0)
        {
            return Json($$$"""{"data":[{{{string.Join(',', epochs.AsEnumerable().Reverse().Select(Listed))}}}],"error":null,"meta":{"cursor":null,"hasMore":false}}""");
        }

        if (path.EndsWith("/proof", StringComparison.Ordinal))
        {
            var (sequence, size) = (long.Parse(path.Split('/')[0], CultureInfo.InvariantCulture), long.Parse(query["?size=".Length..], CultureInfo.InvariantCulture));
            return Json($$$"""{"data":{{{Proof(sequence, size)}}},"error":null,"meta":{}}""");
        }

        if (path == "checkpoint")
        {
            return Bytes(Encoding.UTF8.GetBytes(Checkpoint.Sign(Key).ToString()));
        }

        if (path == "keys")
        {
            return Json($$$"""{"data":{"origin":"{{{Origin}}}","keys":[{"key":"{{{VerifierKey}}}","createdAt":"2026-01-01T00:00:00Z","retiredAt":null}]},"error":null,"meta":{}}""");
        }

        var isEntries = TilePath.TryParseEntries(path, out var tile);
        return (isEntries || TilePath.TryParse(path, out tile)) && tile.IsIn(tree.Size) && (tile.IsFull || !HasOnlyFullTiles)
            ? Bytes(isEntries ? Bundle(tile) : tiles[(tile.Level, tile.Index)][..tile.Size])
            : Json("""{"data":null,"error":{"code":"NOT_FOUND","message":"tile not found"},"meta":{"requestId":"req_9"}}""", HttpStatusCode.NotFound);
    }

    private byte[] Bundle(TilePosition tile)
    {
        var bundle = new ArrayBufferWriter<byte>();
        foreach (var entry in Entries.Skip((int)tile.Index * TilePosition.FullWidth).Take(tile.Width))
        {
            EntryBundle.Write(bundle, entry);
        }

        return bundle.WrittenSpan.ToArray();
    }

    public static HttpResponseMessage Bytes(byte[] bytes) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) };

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Key.Dispose();
        }

        base.Dispose(disposing);
    }
}
