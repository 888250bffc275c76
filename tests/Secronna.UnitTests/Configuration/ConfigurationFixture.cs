using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using Secronna.Client;
using Secronna.Configuration;
using Xunit;

namespace Secronna.UnitTests.Configuration;

/// <summary>A server, a clock and a log, and the configuration that is built with them.</summary>
internal sealed class ConfigurationFixture : ILoggerFactory, ILogger
{
    public const string Token = "st_live_notToBeSeen";

    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim changes = new(0);
    private int changeCount;

    public EnvironmentServer Server { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public ConcurrentQueue<string> Log { get; } = [];

    /// <summary>How often the configuration announced a change.</summary>
    public int Changes => changeCount;

    /// <summary>Builds the configuration and counts the changes that it announces.</summary>
    public ConfigurationRoot Build(Action<SecronnaConfigurationOptions>? configure = null)
    {
        var root = (ConfigurationRoot)new ConfigurationBuilder().AddSecronna(options =>
        {
            // The client repeats no request and uses the real clock, so that advancing the fake clock affects only the polls.
            options.Client = new SecronnaClient(new HttpClient(Server), new SecronnaClientOptions { Token = Token, Retries = 0 });
            options.Environment = "web/production";
            options.TimeProvider = Time;
            options.LoggerFactory = this;
            configure?.Invoke(options);
        }).Build();
        Server.ForgetRequests();
        ChangeToken.OnChange(root.GetReloadToken, () =>
        {
            Interlocked.Increment(ref changeCount);
            changes.Release();
        });
        return root;
    }

    public ConfigurationRoot BuildPolling(Action<SecronnaConfigurationOptions>? configure = null) => Build(options =>
    {
        options.ReloadInterval = Interval;
        configure?.Invoke(options);
    });

    /// <summary>
    /// Advances the clock by the interval and waits until the next poll has begun. The previous poll has ended by then.
    /// </summary>
    public async Task PollAsync()
    {
        Time.Advance(Interval);
        await Server.NextRequestAsync();
    }

    public async Task NextChangeAsync() =>
        Assert.True(await changes.WaitAsync(TimeSpan.FromSeconds(30)), "waited in vain for a change");

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Log.Enqueue($"{logLevel}: {formatter(state, exception)}{exception}");

    public void Dispose() => Server.Dispose();
}
