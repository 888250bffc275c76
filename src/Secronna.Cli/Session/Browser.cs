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
            if (StartOf(address.AbsoluteUri) is not { } start || Process.Start(start) is not { } opened)
            {
                return false;
            }

            Silence(opened, start);
            return true;
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

    // The address is one argument, and no shell reads it. The browser's output would disturb this program's, and the browser must
    // not inherit the credential.
    private static ProcessStartInfo Quiet(string program, string address)
    {
        var start = new ProcessStartInfo(program, [address])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove(EnvironmentVariables.Token);
        return start;
    }

    // The output is read and dropped, because a browser whose output nobody reads would come to a halt.
    private static void Silence(Process opened, ProcessStartInfo start)
    {
        if (start.RedirectStandardOutput)
        {
            opened.StandardInput.Close();
            opened.BeginOutputReadLine();
            opened.BeginErrorReadLine();
        }
    }
}
