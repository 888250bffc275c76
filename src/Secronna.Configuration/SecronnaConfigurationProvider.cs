using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>Holds the secrets of an environment as they were last read. After the first load it polls for changes.</summary>
internal sealed class SecronnaConfigurationProvider : ConfigurationProvider, IDisposable
{
    private readonly SecronnaConfigurationOptions options;
    private readonly EnvironmentName environment;
    private readonly ILogger logger;
    private readonly SecronnaClient? owned;
    private readonly EnvironmentReader reader;

    // Only one refresh runs at a time, so that an earlier answer never replaces a later one.
    private readonly SemaphoreSlim refreshing = new(1, 1);
    private readonly Lock starting = new();

    // It is never disposed of: a poll may still read it, and it holds no resource.
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

    /// <summary>
    /// Reads the environment. The read runs on the thread pool while this method waits, because the calling thread's
    /// synchronisation context could cause a deadlock.
    /// </summary>
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

    /// <summary>Shows the environment, never a value.</summary>
    public override string ToString() => $"{nameof(SecronnaConfigurationProvider)} for '{environment}'";

    private async Task LoadAsync()
    {
        using var timeout = new CancellationTokenSource(options.StartupTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, disposed.Token);
        SecronnaException failure;
        try
        {
            await RefreshAsync(either.Token).ConfigureAwait(false);
            Log.Loaded(logger, Data.Count, environment);
            return;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            failure = LoadErrors.TimedOut(options.StartupTimeout);
        }
        catch (SecronnaException error)
        {
            failure = error;
        }

        if (!options.Optional || !failure.IsUnavailable)
        {
            throw LoadErrors.NotLoaded(environment, failure);
        }

        Log.NotLoaded(logger, Data.Count, environment, failure.Message);
    }

    /// <summary>Reads the environment and takes its values. Returns whether a value changed.</summary>
    private async Task<bool> RefreshAsync(CancellationToken cancellation)
    {
        await refreshing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (await reader.ReadAsync(cancellation).ConfigureAwait(false) is not { } values || AreCurrent(values))
            {
                return false;
            }

            // One assignment, so that concurrent readers see either all old values or all new ones.
            Data = values;
            return true;
        }
        finally
        {
            refreshing.Release();
        }
    }

    // A new version may have the same value. For readers of configuration that is no change.
    private bool AreCurrent(Dictionary<string, string?> values) => values.Count == Data.Count
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
                NotifyListeners();
            }
        }
        catch (Exception error)
        {
            if (!disposed.IsCancellationRequested)
            {
                Log.PollFailed(logger, environment, LoadErrors.Describe(error));
            }
        }
    }

    private void NotifyListeners()
    {
        try
        {
            OnReload();
        }
        catch (Exception error)
        {
            // The other listeners were notified, and the values were read: polling goes on.
            Log.ListenerFailed(logger, environment, LoadErrors.TypeNames(error));
        }
    }
}
