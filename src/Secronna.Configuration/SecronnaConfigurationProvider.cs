using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>Holds an environment's secrets as they were last read, and asks for changes from the first load on.</summary>
internal sealed class SecronnaConfigurationProvider : ConfigurationProvider, IDisposable
{
    private readonly SecronnaConfigurationOptions options;
    private readonly EnvironmentName environment;
    private readonly ILogger logger;
    private readonly SecronnaClient? owned;
    private readonly EnvironmentReader reader;

    // One reads at a time: an earlier answer never replaces a later one.
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Lock starting = new();

    // Stays undisposed: it holds nothing, and a poll may still look at it.
    private readonly CancellationTokenSource disposed = new();
    private Poller? poller;

    public SecronnaConfigurationProvider(SecronnaConfigurationSource source)
    {
        (options, environment) = (source.Options, source.Environment);
        logger = options.LoggerFactory.CreateLogger("Secronna.Configuration");
        owned = options.Client is not null ? null : new SecronnaClient(new SecronnaClientOptions
        {
            Server = options.Server,
            Token = options.Token,
            AllowPlainHttp = options.AllowPlainHttp,
            TimeProvider = options.TimeProvider,
        });
        reader = new EnvironmentReader(options.Client ?? owned!, environment, options.Keys);
    }

    /// <summary>Reads the environment. On the pool: configuration waits for it, on a thread whose context may allow no more.</summary>
    public override void Load()
    {
        ObjectDisposedException.ThrowIf(disposed.IsCancellationRequested, this);
        Task.Run(LoadAsync).GetAwaiter().GetResult();
        StartPolling();
    }

    public void Dispose()
    {
        disposed.Cancel();
        lock (starting)
        {
            poller?.Dispose();
        }

        owned?.Dispose();
    }

    /// <summary>Neither values nor where they come from.</summary>
    public override string ToString() => $"{nameof(SecronnaConfigurationProvider)} for '{environment}'";

    private async Task LoadAsync()
    {
        using var patience = new CancellationTokenSource(options.StartupTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, disposed.Token);
        SecronnaException failure;
        try
        {
            await RefreshAsync(either.Token).ConfigureAwait(false);
            Log.Loaded(logger, Data.Count, environment);
            return;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            failure = Errors.TooSlow(options.StartupTimeout);
        }
        catch (SecronnaException error)
        {
            failure = error;
        }

        if (!options.Optional || !failure.IsUnavailable)
        {
            throw Errors.NotLoaded(environment, failure);
        }

        Log.LoadedWithout(logger, Data.Count, environment, failure.Message);
    }

    /// <summary>Takes what the environment has now; whether that is something else.</summary>
    private async Task<bool> RefreshAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await reader.ReadAsync(cancellation).ConfigureAwait(false) is not { } values || IsHeld(values))
            {
                return false;
            }

            // Whoever reads meanwhile has either all of the old or all of the new.
            Data = values;
            return true;
        }
        finally
        {
            turn.Release();
        }
    }

    // A new version may have the same value: that is no change to who reads configuration.
    private bool IsHeld(Dictionary<string, string?> values) => values.Count == Data.Count
        && values.All(pair => Data.TryGetValue(pair.Key, out var held) && string.Equals(held, pair.Value, StringComparison.Ordinal));

    private void StartPolling()
    {
        lock (starting)
        {
            if (options.ReloadInterval is { } interval && !disposed.IsCancellationRequested)
            {
                poller ??= Poller.Start(interval, options.TimeProvider, PollAsync);
            }
        }
    }

    private async Task PollAsync()
    {
        try
        {
            if (await RefreshAsync(disposed.Token).ConfigureAwait(false) && !disposed.IsCancellationRequested)
            {
                Log.Changed(logger, environment, Data.Count);
                Announce();
            }
        }
        catch (Exception error)
        {
            if (!disposed.IsCancellationRequested)
            {
                Log.PollFailed(logger, environment, Errors.Reason(error));
            }
        }
    }

    private void Announce()
    {
        try
        {
            OnReload();
        }
        catch (Exception error)
        {
            // All others were told, and what is wrong with this one is no failure to read.
            Log.ListenerFailed(logger, environment, Errors.Kinds(error));
        }
    }
}
