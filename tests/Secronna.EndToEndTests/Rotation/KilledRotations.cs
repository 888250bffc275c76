using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// Rotates a project's KEK or the master key under load, kills a node or the command at a random moment of each rotation, and
/// checks what must hold once the servers have finished the rotation by themselves (S8, S9, S10).
/// </summary>
internal sealed class KilledRotations(NodeSet nodes, Dice dice)
{
    private const int VersionsOfEachKey = 8;

    // Enough for a rotation of the master key to need several pages.
    private const int Projects = 250;

    private readonly InstallationDatabase database = new(nodes.Installation);
    private readonly Ledger ledger = new();
    private FilledProject project = null!;
    private FilledProject other = null!;
    private List<string> versionsOfOther = [];
    private string live = "";

    /// <summary>The number of rotations that were partly done when the kill came.</summary>
    public int HalfDone { get; private set; }

    public int Writes => ledger.Writes;

    public async Task PrepareAsync()
    {
        using var api = nodes[0].Connect();
        project = await FilledProject.FillAsync(api, "Rotated", VersionsOfEachKey);
        live = await project.AddEnvironmentAsync(api);
        other = await FilledProject.FillAsync(api, "Not rotated", rounds: 1);
        await Parallel.ForAsync(0, Projects, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
            Assert.Equal(201, (await api.PostAsync("/api/v1/projects", new JsonObject { ["name"] = $"Project {i}" })).Status));
        versionsOfOther = await database.VersionsAsync(other.EnvironmentId);
    }

    /// <summary>Rotates the project's KEK and kills a node meanwhile.</summary>
    /// <param name="waits">Whether to wait until the killed node's claim on the work expires by itself.</param>
    public async Task RotateKekAsync(bool waits)
    {
        using var load = new RequestLoadOnNodes(nodes, live, ledger);
        await load.WaitForWritesAsync();
        var request = TryRotateAsync(nodes[dice.Next(nodes.All.Count)]);
        if (dice.Next(3) > 0)
        {
            await Until.HoldsAsync("the work begins", async () =>
                request.IsCompleted && await database.CountAsync("SELECT count(*) FROM project_keys WHERE state = 'retiring' AND worker IS NULL") == 0);
        }

        await Until.HasPassedAsync(TimeSpan.FromMilliseconds(dice.Next(120)));
        var killed = await KillOneAsync();
        await request;
        await CountIfHalfDoneAsync($"SELECT DISTINCT kek_id FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE s.environment_id = '{project.EnvironmentId}'");
        await RestartAsync(load, killed, waits);
        await CheckAsync(load);
    }

    /// <summary>Rotates to another master key and kills the command or a node meanwhile.</summary>
    /// <param name="to">A master key that the nodes know.</param>
    /// <param name="waits">Whether to kill the command and wait until its claim on the work expires by itself.</param>
    public async Task RotateMasterKeyAsync(string to, bool waits)
    {
        var versions = await database.VersionsAsync(project.EnvironmentId);
        using var load = new RequestLoadOnNodes(nodes, live, ledger);
        await load.WaitForWritesAsync();
        using var command = new RunningCommand(nodes.Installation, "master-key", "rotate", "--to", to);
        await Until.HoldsAsync("the rotation begins", async () => command.HasExited || await database.ActiveMasterKeyAsync() == to);
        await Until.HasPassedAsync(TimeSpan.FromMilliseconds(dice.Next(60)));
        int? killed = null;
        await (waits || dice.Next(2) == 0 ? command.KillAsync() : KillAsync());
        await CountIfHalfDoneAsync("SELECT DISTINCT master_key_id FROM project_keys WHERE state <> 'destroyed'");
        await RestartAsync(load, killed, waits);
        var ended = await command.EndAsync();
        Assert.True(killed is null || ended.ExitCode == 0, ended.Error);
        await CheckAsync(load);
        await database.ExpectAllUnderMasterKeyAsync(to);
        Assert.Equal(versions, await database.VersionsAsync(project.EnvironmentId));

        async Task KillAsync() => killed = await KillOneAsync();
    }

    /// <summary>Expects that every version of every project has its value.</summary>
    public async Task CheckAllAsync()
    {
        using var api = nodes.All[^1].Connect();
        await project.CheckAllAsync(api);
        await other.CheckAllAsync(api);
        await ledger.CheckAllAsync(api, live);
    }

    private async Task<int> KillOneAsync()
    {
        var node = dice.Next(nodes.All.Count);
        await nodes[node].KillAsync();
        return node;
    }

    private async Task CountIfHalfDoneAsync(string sqlOfKeysInUse) => HalfDone += (await database.RowsAsync(sqlOfKeysInUse)).Count > 1 ? 1 : 0;

    private async Task RestartAsync(RequestLoadOnNodes load, int? killed, bool waits)
    {
        var processId = killed is { } killedNode ? nodes[killedNode].ProcessId : 0;
        if (killed is { } node)
        {
            await nodes[node].StartAgainAsync();
            await load.RestartAsync(node);
        }

        if (!waits)
        {
            await database.ExpireWorkOfProcessAsync(processId);
        }
    }

    private async Task CheckAsync(RequestLoadOnNodes load)
    {
        await Until.HoldsAsync("the rotation ends by itself", () => database.HasNoRotationAsync(project.ProjectId), 2 * Until.Patience);
        await load.WaitForWritesAsync();
        await load.StopAsync();
        await database.ExpectKeksConsistentAsync(project.ProjectId);
        Assert.Equal(versionsOfOther, await database.VersionsAsync(other.EnvironmentId));
        using var api = nodes[dice.Next(nodes.All.Count)].Connect();
        await project.CheckCurrentAsync(api);
        await ledger.CheckAsync(api, live);
    }

    // The node may be killed before it answers. Whether the rotation began is then seen in the database.
    private async Task TryRotateAsync(Node node)
    {
        using var api = node.Connect();
        try
        {
            await project.RotateAsync(api);
        }
        catch (HttpRequestException)
        {
            // The node was killed before it answered.
        }
    }
}
