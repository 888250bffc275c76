using System.CommandLine;
using System.Runtime.InteropServices;
using Secronna.IdentityProvider.People;

namespace Secronna.IdentityProvider;

/// <summary>Runs the provider as a process of its own, for tests of other programs.</summary>
internal static class Program
{
    private static readonly ProviderOptions Defaults = new();

    private static readonly Option<int> Port = new("--port") { Description = "The port on 127.0.0.1; 0 takes a free one" };

    private static readonly Option<FileInfo?> People = new("--people") { Description = "A JSON file with an array of the people who can sign in" };

    private static readonly Option<double> AccessTokenLifetime = Seconds("--access-token-lifetime", Defaults.AccessTokenLifetime);

    private static readonly Option<double> DeviceCodeLifetime = Seconds("--device-code-lifetime", Defaults.DeviceCodeLifetime);

    private static readonly Option<double> RefreshTokenLifetime = Seconds("--refresh-token-lifetime", Defaults.RefreshTokenLifetime);

    private static readonly Option<double> Interval = Seconds("--interval", Defaults.PollingInterval);

    private static readonly Option<double?> AnnouncedInterval = new("--said-interval") { Description = "The polling interval that answers announce, in seconds; the true one by default" };

    private static readonly Option<double> SlowDownStep = Seconds("--slow-down-step", Defaults.SlowDownStep);

    private static Task<int> Main(string[] args)
    {
        var command = new RootCommand("Stands in for Huudis in tests: an OpenID Connect provider")
        {
            Port, People, AccessTokenLifetime, DeviceCodeLifetime, RefreshTokenLifetime, Interval, AnnouncedInterval, SlowDownStep,
        };
        command.SetAction((arguments, _) => RunAsync(arguments));
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(ParseResult arguments)
    {
        await using var provider = await TestIdentityProvider.StartAsync(ToOptions(arguments));
        await Console.Out.WriteLineAsync($"issuer {provider.Issuer}");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        await ended.Task;
        return 0;

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }

    private static ProviderOptions ToOptions(ParseResult arguments) => Defaults with
    {
        Port = arguments.GetValue(Port),
        People = arguments.GetValue(People) is { } file ? PeopleFile.Read(file.FullName) : Defaults.People,
        AccessTokenLifetime = TimeSpan.FromSeconds(arguments.GetValue(AccessTokenLifetime)),
        DeviceCodeLifetime = TimeSpan.FromSeconds(arguments.GetValue(DeviceCodeLifetime)),
        RefreshTokenLifetime = TimeSpan.FromSeconds(arguments.GetValue(RefreshTokenLifetime)),
        PollingInterval = TimeSpan.FromSeconds(arguments.GetValue(Interval)),
        AnnouncedPollingInterval = arguments.GetValue(AnnouncedInterval) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        SlowedDown = () => Console.Out.WriteLine("slow_down"),
        SlowDownStep = TimeSpan.FromSeconds(arguments.GetValue(SlowDownStep)),
    };

    private static Option<double> Seconds(string name, TimeSpan defaultValue) => new(name)
    {
        Description = "In seconds",
        DefaultValueFactory = _ => defaultValue.TotalSeconds,
    };
}
