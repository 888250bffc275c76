using System.Runtime.Versioning;
using System.Text;

namespace Secronna.Cli.Input;

/// <summary>Asks for a secret at a terminal without showing it.</summary>
internal static class HiddenPrompt
{
    private static readonly TimeSpan Paste = TimeSpan.FromMilliseconds(50);

    /// <summary>The line that is typed.</summary>
    /// <param name="what">What is asked for.</param>
    /// <exception cref="OperationCanceledException">The person gave up, by Ctrl-C or Ctrl-D.</exception>
    /// <exception cref="CliException">It was no text, or more than one line.</exception>
    public static string Ask(string what)
    {
        var prompt = $"{what} (not shown; Enter ends it): ";
        return OperatingSystem.IsWindows() ? AskByKeys(prompt) : AskRaw(prompt);
    }

    // The terminal is silent before anyone is asked: what is typed earlier would be shown.
    [UnsupportedOSPlatform("windows")]
    private static string AskRaw(string prompt)
    {
        // Made before the terminal is taken, which this too sets up.
        var shown = Console.Error;
        using var terminal = RawTerminal.Take();
        using var line = new TypedLine();
        shown.Write(prompt);
        try
        {
            while (!line.Add(terminal.ReadByte()))
            {
            }

            return RawTerminal.HasMore(Paste)
                ? throw new CliException("that was more than one line, and none of it was taken: use standard input or --file")
                : line.Text();
        }
        finally
        {
            shown.Write("\r\n");
        }
    }

    // There a terminal shows nothing unless it is read by lines.
    private static string AskByKeys(string prompt)
    {
        Console.Error.Write(prompt);
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var pressed && pressed.Key != ConsoleKey.Enter)
        {
            if (pressed.Key == ConsoleKey.Backspace)
            {
                text.Length = Math.Max(0, text.Length - 1);
            }
            else if (pressed.KeyChar != '\0')
            {
                text.Append(pressed.KeyChar);
            }
        }

        Console.Error.WriteLine();
        return text.ToString();
    }
}
