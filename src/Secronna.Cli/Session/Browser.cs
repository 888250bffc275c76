using System.ComponentModel;
using System.Diagnostics;
using Secronna.Cli.Variables;

namespace Secronna.Cli.Session;

/// <summary>Opens addresses in the user's browser.</summary>
internal static class Browser
{
    /// <summary>Opens an address, unless this machine has no display.</summary>
    /// <param name="address">An http or https address.</param>
    /// <returns>Whether a browser was started.</returns>
    public static bool TryOpen(Uri address)
    {
        try
        {
            var start = StartOf(address.AbsoluteUri);
            using var opened = start is null ? null : Process.Start(start);
            return start is not null;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static ProcessStartInfo? StartOf(string address) =>
        OperatingSystem.IsWindows() ? new ProcessStartInfo(address) { UseShellExecute = true }
        : OperatingSystem.IsMacOS() ? Quiet("open", address)
        // Without a display, xdg-open would start a text browser in this terminal.
        : HasDisplay ? Quiet("xdg-open", address)
        : null;

    private static bool HasDisplay => EnvironmentVariables.Find("DISPLAY") is not null || EnvironmentVariables.Find("WAYLAND_DISPLAY") is not null;

    // The browser's output would disturb this program's, and the browser must not inherit the credential.
    private static ProcessStartInfo Quiet(string program, string address)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$1\" </dev/null >/dev/null 2>&1", program, address]);
        start.Environment.Remove(EnvironmentVariables.Token);
        return start;
    }
}
