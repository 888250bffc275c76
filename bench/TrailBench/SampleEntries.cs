using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace TrailBench;

/// <summary>Entries of reveals like those of P1: one key reveals secrets of one environment at random.</summary>
internal sealed class SampleEntries
{
    public const string Workspace = "acc_dev";

    private const int HotSecrets = 50;

    private readonly string project = NewId(Ids.Project);
    private readonly string environment = NewId(Ids.Environment);
    private readonly List<string> secrets;
    private readonly long began = Instant.From(TimeProvider.System.GetUtcNow()).Microseconds;
    private uint state = 1;

    public SampleEntries(int secrets) => this.secrets = [.. Enumerable.Range(0, secrets).Select(_ => NewId(Ids.Secret))];

    public static string Actor { get; } = NewId(Ids.Credential);

    /// <summary>Adds the secrets that the entries are about.</summary>
    public async ValueTask AddSecretsAsync(Transaction transaction)
    {
        await ProjectTable.InsertAsync(transaction, new ProjectRow(project, Workspace, "Bench", "bench", began, Actor));
        var row = new EnvironmentRow(environment, Workspace, project, "Bench", "bench", "Bench 0", "bench-0", began, 0);
        await EnvironmentTable.InsertAsync(transaction, row, Actor);
        var change = await EnvironmentTable.BeginChangeAsync(transaction, Workspace, environment);
        await VersionTable.MintAsync(transaction, row, [.. secrets.Select((id, i) => new NewVersion(
            id, $"BENCH_KEY_{i:0000000}", 1, "kek_bench", new byte[78], new byte[90], VersionKinds.Written, Actor, null))], change!.Instant);
    }

    public TrailEntry Next()
    {
        // Half of the reveals are of a few secrets. So a page by secret is full with 10,000 entries too.
        var secret = Random(2) == 0 ? Random(HotSecrets) : Random(secrets.Count);
        return new TrailEntry
        {
            WorkspaceId = Workspace,
            Id = NewId(Ids.AuditEntry),
            ActorType = ActorTypes.ApiKey,
            ActorId = Actor,
            Action = AuditActions.SecretReveal,
            Outcome = AuditOutcomes.Success,
            RequestId = NewId(Ids.Request),
            Ip = "127.0.0.1",
            ProjectId = project,
            EnvironmentId = environment,
            SecretId = secrets[secret],
            Key = $"BENCH_KEY_{secret:0000000}",
            Path = $"bench/bench-0/BENCH_KEY_{secret:0000000}",
            Version = 1,
        };
    }

    public string RandomSecret() => secrets[Random(HotSecrets)];

    /// <summary>A time since the first entry, in microseconds since 1970.</summary>
    public long RandomTime()
    {
        var now = Instant.From(TimeProvider.System.GetUtcNow()).Microseconds;
        return began + (long)((now - began) * (Random(1_000) / 1_000.0));
    }

    private static string NewId(string prefix) => Ids.New(prefix, TimeProvider.System.GetUtcNow());

    // Marsaglia's xorshift: the same order of secrets in every run.
    private int Random(int below)
    {
        lock (secrets)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            return (int)(state % (uint)below);
        }
    }
}
