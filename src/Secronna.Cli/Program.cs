return await Secronna.Cli.CommandLine.RunAsync(args);
