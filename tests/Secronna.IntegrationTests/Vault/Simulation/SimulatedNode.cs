using Secronna.IntegrationTests.Engines;
using Secronna.Server.Features.Health;
using Secronna.Server.MasterKeys;
using Secronna.Server.Vault;

namespace Secronna.IntegrationTests.Vault.Simulation;

/// <summary>What a provider does for a while.</summary>
internal enum Outage
{
    None,
    Silent,
    Hanging,
    Flaky,
    Forgetful,
    Slow,
}

/// <summary>A node whose provider fails as its dice say, which crashes and comes back.</summary>
internal sealed class SimulatedNode(TestDatabase database, string name, TimeSpan ahead, Dice dice) : IAsyncDisposable
{
    // Policies are in days; a simulation's time goes by in minutes.
    private static readonly TimeSpan OldestKek = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly List<Task> background = [];

    // The master keys that are still to reach it.
    private List<string> late = [];
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

    /// <summary>Whether its provider lacks or refused something of late, so that it may be UNAVAILABLE.</summary>
    public bool MayBeUnavailable => outage != Outage.None || late.Count > 0 || badAnswers != forgottenAnswers;

    public async Task StartAsync(IEnumerable<string> masterKeys)
    {
        late = [];
        Begin(Outage.None);
        crash = new CancellationTokenSource();
        Node = await TestNode.OpenAsync(database, new ScriptedProvider([.. masterKeys]), Clock, settings => settings.Keys.OldestKek = OldestKek);
        Node.Provider.Before = AnswerAsync;
        await Node.Get<HealthProbe>().StartAsync(CancellationToken.None);
        (isWorking, isUp) = (false, true);
    }

    /// <summary>Ends as a killed process does: what it was at is left as it is.</summary>
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

    /// <summary>What was refused is forgotten, once the provider is whole and time has passed.</summary>
    public void ForgetRefusals()
    {
        if (outage == Outage.None && late.Count == 0)
        {
            forgottenAnswers = badAnswers;
        }
    }

    /// <summary>A master key is made that is to reach it some time.</summary>
    public void ExpectMasterKey(string masterKey)
    {
        lock (gate)
        {
            late = [.. late, masterKey];
        }
    }

    /// <summary>So many master keys reach it; a look just before may hide them for a second.</summary>
    public void ReceiveMasterKeys(int most = int.MaxValue)
    {
        lock (gate)
        {
            badAnswers += late.Count > 0 ? 1 : 0;
            Node.Provider.Ids = [.. Node.Provider.Ids.Concat(late.Take(most)).Order(StringComparer.Ordinal)];
            late = [.. late.Skip(most)];
        }
    }

    /// <summary>A master key is nowhere any more.</summary>
    public void RemoveMasterKey(string masterKey)
    {
        lock (gate)
        {
            late = [.. late.Where(id => id != masterKey)];
            Node.Provider.Ids = [.. Node.Provider.Ids.Where(id => id != masterKey)];
        }
    }

    /// <summary>Something that goes on while the simulation does, and may fail.</summary>
    public void Run(Func<Task> work) => background.Add(Task.Run(async () =>
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (crash.IsCancellationRequested || exception is MasterKeyException or OperationCanceledException)
        {
            // As it is with what is in the background: tried again later.
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

    /// <summary>Waits for all that was begun; what of it went wrong comes out.</summary>
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
