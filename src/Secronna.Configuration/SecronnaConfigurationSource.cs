using Microsoft.Extensions.Configuration;
using Secronna.Client;

namespace Secronna.Configuration;

/// <summary>An environment as a source of configuration. Its options are checked here, where whoever gave them sees the error.</summary>
internal sealed class SecronnaConfigurationSource : IConfigurationSource
{
    // What timers can be set to.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public SecronnaConfigurationSource(SecronnaConfigurationOptions options)
    {
        Options = options;
        Environment = EnvironmentName.Parse(options.Environment
            ?? throw Invalid($"{nameof(options.Environment)} must be given, as project/environment or by its id"));
        if (options.Client is not null && (options.Server is not null || options.Token is not null || options.AllowPlainHttp))
        {
            throw Invalid($"{nameof(options.Client)} knows its own server and token: give either it or them");
        }

        if (!IsPossible(options.StartupTimeout) && options.StartupTimeout != Timeout.InfiniteTimeSpan)
        {
            throw Invalid($"{nameof(options.StartupTimeout)} must be a time from 1 ms to 49 days, or infinite");
        }

        if (options.ReloadInterval is { } interval && !IsPossible(interval))
        {
            throw Invalid($"{nameof(options.ReloadInterval)} must be a time from 1 ms to 49 days, or null for never");
        }
    }

    public SecronnaConfigurationOptions Options { get; }

    public EnvironmentName Environment { get; }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => new SecronnaConfigurationProvider(this);

    private static bool IsPossible(TimeSpan time) => time >= Shortest && time <= Longest;

    private static ArgumentException Invalid(string message) => new(message);
}
