using System.Reflection;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting;

/// <summary>
/// The faults of .NET runtimes that a remote caller can use against this server, and what follows from them: <c>serve</c> refuses
/// to run on such a runtime unless a setting accepts exactly that version.
/// </summary>
internal static class KnownRuntimeFaults
{
    /// <summary>The setting that accepts a runtime.</summary>
    public const string Setting = "Secronna__AcceptRuntime";

    // Each fault with the first version that no longer has it, the newest first. The whole list is here. Add a fault when a
    // security release of ASP.NET Core mends one that this server is exposed to, and raise the version that
    // Secronna.Server.csproj publishes.
    private static readonly (Version MendedIn, string Fault)[] Faults =
    [
        (new(10, 0, 13), "denial of service by requests"),
        (new(10, 0, 4), "exhaustion of memory by requests (CVE-2026-26130)"),
    ];

    /// <summary>The version that this process runs on: the older of the .NET runtime and ASP.NET Core.</summary>
    public static Version Running { get; } = Older(Environment.Version, VersionOf(typeof(WebApplication).Assembly));

    /// <summary>
    /// What is wrong with a runtime, for messages: its version, its faults and the version that has none of them. <c>null</c> if
    /// no fault is known.
    /// </summary>
    public static string? Of(Version runtime)
    {
        var faults = Array.FindAll(Faults, fault => runtime < fault.MendedIn);
        return faults.Length == 0
            ? null
            : $"the runtime {runtime} has known faults: {string.Join(", ", faults.Select(fault => fault.Fault))}; "
                + $"they are mended in {faults.Max(fault => fault.MendedIn)}";
    }

    /// <summary>Requires a runtime without known faults, or one that the settings accept by exactly its version.</summary>
    /// <param name="runtime">The version that the process runs on.</param>
    /// <param name="accepted">The version in the settings; <c>null</c> if none is accepted.</param>
    /// <exception cref="SettingsException">The runtime has known faults and is not accepted.</exception>
    public static void Require(Version runtime, Version? accepted)
    {
        if (Of(runtime) is { } faults && runtime != accepted)
        {
            throw new SettingsException(
                $"{faults}. Install a newer ASP.NET Core runtime, or publish the program for one system, so that it carries its own runtime. "
                + $"To run on this one all the same, set {Setting}={runtime}");
        }
    }

    // 10.0.12+4a7c2b is the version 10.0.12 of the framework, built from that commit.
    private static Version VersionOf(Assembly assembly)
    {
        var text = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        return Version.TryParse(text.Split('+', '-')[0], out var version) ? version : Environment.Version;
    }

    private static Version Older(Version one, Version other) => one < other ? one : other;
}
