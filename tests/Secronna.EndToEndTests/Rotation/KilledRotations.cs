using System.Text.Json.Nodes;
using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>
/// Rotations under load, of a project's KEK or of the master key, in each of which a node or the command is killed at a
/// moment that the dice choose; and what must hold once the rotation has ended by itself (S8, S9, S10).
/// </summary>
internal sealed class KilledRotations(NodeSet nodes, Dice dice)
{
    private const int VersionsOfEachKey = 8;

    // So that a rotation of the master key has several pages.
    private const int Projects = 250;

    private readonly InstallationDatabase database = new(nodes.Installation);
    private readonly Ledger ledger = new();
    private FilledProject project = null!;
    private FilledProject other = null!;
    private List<string> ofOther = [];
    private string live = "";

    /// <summary>Of how many rotations some was done and some was not when the kill came.</summary>
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
        ofOther = await database.VersionsAsync(other.EnvironmentId);
    }

    /// <summary>A rotation of the project's KEK, with a node killed.</summary>
    /// <param name="waits">Whether the hold of who was killed ends in its own time.</param>
    public async Task RotateKekAsync(bool waits)
    {
        using var load = new RequestLoadOnNodes(nodes, live, ledger);
        await load.WaitForWritesAsync();
        var asked = TryRotateAsync(nodes[dice.Next(nodes.All.Count)]);
        if (dice.Next(3) > 0)
        {
            await Until.HoldsAsync("the work begins", async () =>
                asked.IsCompleted && await database.CountAsync("SELECT count(*) FROM project_keys WHERE state = 'retiring' AND worker IS NULL") == 0);
        }

        await Until.HasPassedAsync(TimeSpan.FromMilliseconds(dice.Next(120)));
        var killed = await KillOneAsync();
        await asked;
        await NoteAsync($"SELECT DISTINCT kek_id FROM secret_versions v JOIN secrets s ON s.id = v.secret_id WHERE s.environment_id = '{project.EnvironmentId}'");
        await RestartAsync(load, killed, waits);
        await CheckAsync(load);
    }

    /// <summary>A rotation to another master key, with the command killed or a node.</summary>
    /// <param name="to">A master key that the nodes know.</param>
    /// <param name="waits">Whether it is the command, whose hold ends in its own time.</param>
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
        await NoteAsync("SELECT DISTINCT master_key_id FROM project_keys WHERE state <> 'destroyed'");
        await RestartAsync(load, killed, waits);
        var ended = await command.EndAsync();
        Assert.True(killed is null || ended.ExitCode == 0, ended.Error);
        await CheckAsync(load);
        await database.ExpectAllUnderMasterKeyAsync(to);
        Assert.Equal(versions, await database.VersionsAsync(project.EnvironmentId));

        async Task KillAsync() => killed = await KillOneAsync();
    }

    /// <summary>Every version that there is opens with its value.</summary>
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

    private async Task NoteAsync(string sqlOfKeysInUse) => HalfDone += (await database.RowsAsync(sqlOfKeysInUse)).Count > 1 ? 1 : 0;

    private async Task RestartAsync(RequestLoadOnNodes load, int? killed, bool waits)
    {
        var processId = killed is { } was ? nodes[was].ProcessId : 0;
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
        Assert.Equal(ofOther, await database.VersionsAsync(other.EnvironmentId));
        using var api = nodes[dice.Next(nodes.All.Count)].Connect();
        await project.CheckCurrentAsync(api);
        await ledger.CheckAsync(api, live);
    }

    // The node may be the one that is killed: whether the rotation began is seen by what is stored.
    private async Task TryRotateAsync(Node node)
    {
        using var api = node.Connect();
        try
        {
            await project.RotateAsync(api);
        }
        catch (HttpRequestException)
        {
            // Killed before it could answer.
        }
    }
}
