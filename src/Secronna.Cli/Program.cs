return await Secronna.Cli.CliProgram.RunAsync(args);
