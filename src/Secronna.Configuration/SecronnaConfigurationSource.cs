using Microsoft.Extensions.Configuration;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>
/// An environment as a source of configuration. It checks its options at once, so that <c>AddSecronna</c> throws.
/// </summary>
internal sealed class SecronnaConfigurationSource : IConfigurationSource
{
    // The range of a timer's interval.
    private static readonly TimeSpan MinimumTime = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan MaximumTime = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public SecronnaConfigurationSource(SecronnaConfigurationOptions options)
    {
        Options = options;
        Environment = EnvironmentName.Parse(options.Environment
            ?? throw Invalid($"{nameof(options.Environment)} must be set, to project/environment or an id (env_…)"));
        if (options.Client is not null && (options.Server is not null || options.Token is not null || options.AllowPlainHttp))
        {
            throw Invalid($"{nameof(options.Client)} has its own server and token: set either it, or {nameof(options.Server)}, {nameof(options.Token)} and {nameof(options.AllowPlainHttp)}");
        }

        if (!IsTimerInterval(options.StartupTimeout) && options.StartupTimeout != Timeout.InfiniteTimeSpan)
        {
            throw Invalid($"{nameof(options.StartupTimeout)} must be a time from 1 ms to 49 days, or infinite");
        }

        if (options.ReloadInterval is { } interval && !IsTimerInterval(interval))
        {
            throw Invalid($"{nameof(options.ReloadInterval)} must be a time from 1 ms to 49 days, or null for never");
        }
    }

    public SecronnaConfigurationOptions Options { get; }

    public EnvironmentName Environment { get; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => new SecronnaConfigurationProvider(this);

    private static bool IsTimerInterval(TimeSpan time) => time >= MinimumTime && time <= MaximumTime;

    private static ArgumentException Invalid(string message) => new(message);
}
