using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Health;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>How a provider fails for a while.</summary>
internal enum Outage
{
    None,
    Silent,
    Hanging,
    Flaky,
    Forgetful,
    Slow,
}

/// <summary>A node whose provider fails as dice decide, and that can crash and start again.</summary>
internal sealed class SimulatedNode(TestDatabase database, string name, TimeSpan ahead, Dice dice) : IAsyncDisposable
{
    // The default is in days, but a simulation covers only minutes.
    private static readonly TimeSpan OldestKek = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly List<Task> background = [];

    // The ids of master keys that have not reached the node yet.
    private List<string> pendingKeys = [];
    private CancellationTokenSource crash = new();
    private Outage outage;
    private int badAnswers;
    private int forgottenAnswers;
    private bool isWorking;
    private bool isUp;

    public string Name => name;

    public TestNode Node { get; private set; } = null!;

    public QuickClock Clock { get; } = new(ahead, quickness: 10);

    public CancellationToken Crashed => crash.Token;

    /// <summary>Whether its provider lacks a key or failed recently, so that the node may be UNAVAILABLE.</summary>
    public bool MayBeUnavailable => outage != Outage.None || pendingKeys.Count > 0 || badAnswers != forgottenAnswers;

    public async Task StartAsync(IEnumerable<string> masterKeys)
    {
        pendingKeys = [];
        Begin(Outage.None);
        crash = new CancellationTokenSource();
        Node = await TestNode.OpenAsync(database, new ScriptedProvider([.. masterKeys]), Clock, settings => settings.Keys.OldestKek = OldestKek);
        Node.Provider.Before = AnswerAsync;
        await Node.Get<HealthProbe>().StartAsync(CancellationToken.None);
        (isWorking, isUp) = (false, true);
    }

    /// <summary>Ends as a killed process does, and leaves unfinished work as it is.</summary>
    public async Task CrashAsync()
    {
        if (!isUp)
        {
            return;
        }

        isUp = false;
        await crash.CancelAsync();
        Node.Get<HealthProbe>().Dispose();
        Node.Get<KeyWorker>().Dispose();
        await Node.DisposeAsync();
        await SettleAsync();
    }

    public void Begin(Outage next) => outage = next;

    /// <summary>Forgets earlier failures if the provider works and has all keys. Call it after time has passed.</summary>
    public void ForgetRefusals()
    {
        if (outage == Outage.None && pendingKeys.Count == 0)
        {
            forgottenAnswers = badAnswers;
        }
    }

    /// <summary>Adds a new master key that has not reached the node yet.</summary>
    public void ExpectMasterKey(string masterKey)
    {
        lock (gate)
        {
            pendingKeys = [.. pendingKeys, masterKey];
        }
    }

    /// <summary>Lets master keys reach the node. A list that the node read just before may hide them for a second.</summary>
    public void ReceiveMasterKeys(int max = int.MaxValue)
    {
        lock (gate)
        {
            badAnswers += pendingKeys.Count > 0 ? 1 : 0;
            Node.Provider.Ids = [.. Node.Provider.Ids.Concat(pendingKeys.Take(max)).Order(StringComparer.Ordinal)];
            pendingKeys = [.. pendingKeys.Skip(max)];
        }
    }

    /// <summary>Removes a master key from the node's provider.</summary>
    public void RemoveMasterKey(string masterKey)
    {
        lock (gate)
        {
            pendingKeys = [.. pendingKeys.Where(id => id != masterKey)];
            Node.Provider.Ids = [.. Node.Provider.Ids.Where(id => id != masterKey)];
        }
    }

    /// <summary>Runs work in the background, which may fail as background work may.</summary>
    public void Run(Func<Task> work) => background.Add(Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (crash.IsCancellationRequested || exception is MasterKeyException or OperationCanceledException)
        {
            // Background work that fails is retried later.
        }
    }));

    public async Task SwitchWorkerAsync(bool isOn)
    {
        if (isOn != isWorking)
        {
            isWorking = isOn;
            await (isOn ? Node.Get<KeyWorker>().StartAsync(CancellationToken.None) : Node.Get<KeyWorker>().StopAsync(CancellationToken.None));
        }
    }

    /// <summary>Waits for all background work and throws its unexpected exceptions.</summary>
    public async Task SettleAsync()
    {
        await Task.WhenAll(background);
        background.Clear();
    }

    public async ValueTask DisposeAsync() => await CrashAsync();

    private async Task AnswerAsync(ProviderCall call, string? id, CancellationToken cancellation)
    {
        switch (outage)
        {
            case Outage.Silent:
            case Outage.Flaky when dice.IsOneIn(2):
                Interlocked.Increment(ref badAnswers);
                throw new MasterKeyUnavailableException("a script", "silent");
            case Outage.Hanging when dice.IsOneIn(6):
                Interlocked.Increment(ref badAnswers);
                await Task.Delay(Timeout.Infinite, cancellation);
                break;
            case Outage.Forgetful when id is not null && dice.IsOneIn(3):
                Interlocked.Increment(ref badAnswers);
                throw new MasterKeyMissingException(id);
            case Outage.Slow:
                await Task.Yield();
                break;
        }
    }
}
